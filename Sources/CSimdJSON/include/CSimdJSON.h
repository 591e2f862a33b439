#ifdef __cplusplus
extern "C" {
#endif
int marketflow_simdjson_skeleton(void);
#ifdef __cplusplus
}
#endif
