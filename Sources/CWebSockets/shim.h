#include <libwebsockets.h>
/// LWS_PRE is a macro that Swift does not import.
static const size_t CLWS_PRE = LWS_PRE;
