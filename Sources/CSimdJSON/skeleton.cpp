#include "CSimdJSON.h"
int marketflow_simdjson_skeleton(void) { return 0; }
