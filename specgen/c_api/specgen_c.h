/* specgen for every language that can call C: libspecgen.so.
 *
 *   specgen_generator* generator = NULL;
 *   if (specgen_generator_new("28.5.2", NULL, 0, &generator) != SPECGEN_OK)
 *     die(specgen_last_error());
 *   specgen_answer* answer = specgen_answer_new();
 *   specgen_request request = {.struct_size = sizeof(request),
 *                              .plugin = text, .plugin_size = size};
 *   if (specgen_generate(generator, &request, answer) == SPECGEN_OK)
 *     fwrite(specgen_answer_spec(answer, &n), 1, n, stdout);
 *   specgen_answer_free(answer);
 *   specgen_generator_free(generator);
 *
 * Ownership: what a function named ..._new gave is given back to the function
 * ..._free, which takes NULL, too. All text that the library returns is its
 * own, ends with a NUL, and lives as long as is said. All text that it is given
 * belongs to the caller; it is read during the call only, but for a request's,
 * which must live until its answer is used no more.
 *
 * Threads: a generator may be used by many threads at once, an answer by one at
 * a time.
 *
 * Nothing here throws or ends the process. A NULL where none is allowed is
 * SPECGEN_USAGE.
 */
#ifndef SPECGEN_C_API_SPECGEN_C_H_
#define SPECGEN_C_API_SPECGEN_C_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(SPECGEN_BUILDING_LIBRARY)
#define SPECGEN_API __attribute__((visibility("default")))
#else
#define SPECGEN_API
#endif

/* The numbers are those that the command line exits with, as far as it has
 * them; they never change. */
typedef enum specgen_status {
  SPECGEN_OK = 0,
  /* The engine would refuse the plugin, or its settings. */
  SPECGEN_REFUSED = 1,
  /* The caller is wrong: a NULL, or an engine that there is not. */
  SPECGEN_USAGE = 2,
  /* The JSON of the plugin, or of the host, is not what it should be. */
  SPECGEN_BAD_INPUT = 3,
  /* The engine would crash. */
  SPECGEN_CRASHED = 5,
  /* There is no memory. */
  SPECGEN_NO_MEMORY = 6,
  /* A defect of this library. */
  SPECGEN_INTERNAL = 7
} specgen_status;

/* How far the engine got. */
typedef enum specgen_stage {
  SPECGEN_STAGE_DECODE = 0,   /* reading the JSON */
  SPECGEN_STAGE_SETTINGS = 1, /* `docker plugin set` */
  SPECGEN_STAGE_SPEC = 2      /* making the spec */
} specgen_stage;

/* What the JSON of a plugin is; see PluginShape. */
typedef enum specgen_shape {
  SPECGEN_SHAPE_AUTO = 0,
  SPECGEN_SHAPE_CONFIG = 1, /* an author's config.json */
  SPECGEN_SHAPE_STORED = 2, /* dockerd's stored state */
  SPECGEN_SHAPE_INSPECT = 3 /* the output of `docker plugin inspect` */
} specgen_shape;

typedef struct specgen_generator specgen_generator;
typedef struct specgen_answer specgen_answer;

/* What to make a spec of. Zero it, then set struct_size and what is wanted;
 * fields are only ever added at the end. */
typedef struct specgen_request {
  size_t struct_size; /* sizeof(specgen_request) */
  const char* plugin; /* JSON, of any bytes */
  size_t plugin_size;
  int32_t shape;     /* a specgen_shape */
  int32_t restarted; /* not 0: dockerd has restarted since the installation */
  /* Arguments of `docker plugin set`, NAME[.FIELD]=VALUE. */
  const char* const* set;
  size_t set_count;
  const char* plugin_name; /* of `docker plugin inspect`'s list, or NULL */
  /* The rest as in specgen.h; NULL is the default. */
  const char* id;
  const char* rootfs;
  const char* lib_root;
  const char* exec_root;
  const char* metrics_socket; /* NULL: dockerd's default; "": none */
  /* dockerd's --data-root in place of `lib_root`, and its --exec-root in place
   * of `metrics_socket`. */
  const char* data_root;
  const char* dockerd_exec_root;
  /* The architecture of the machine, as Go or `uname -m` calls it ("arm64",
   * "aarch64"), in place of the generator's. */
  const char* arch;
} specgen_request;

/* The version of this interface; a program built for another one must not use
 * the library. */
#define SPECGEN_ABI_VERSION 1
SPECGEN_API int specgen_abi_version(void);

/* Why the last call on this thread that returned a status but SPECGEN_OK did
 * so. Never NULL; lives until the next such call on this thread. */
SPECGEN_API const char* specgen_last_error(void);

/* The releases that specgen knows, by version: how many, and their names; NULL
 * beyond the last. The names live forever. */
SPECGEN_API size_t specgen_engine_count(void);
SPECGEN_API const char* specgen_engine_name(size_t i);

/* A generator for the engine that people mean by `engine` (a release, a line,
 * or what a daemon or a package calls its version); for NULL the newest release
 * that was recorded. `host_json` holds facts about the machine that the specs
 * are for, as `specgen host-facts` prints them; NULL: the machine that this
 * runs on. SPECGEN_USAGE: there is no such release. SPECGEN_BAD_INPUT: no host
 * facts. */
SPECGEN_API specgen_status specgen_generator_new(const char* engine,
                                                 const char* host_json,
                                                 size_t host_json_size,
                                                 specgen_generator** generator);
SPECGEN_API void specgen_generator_free(specgen_generator* generator);
/* The name of its release. Lives forever. */
SPECGEN_API const char* specgen_generator_release(
    const specgen_generator* generator);

/* Memory for an answer, to be reused for many requests. NULL: there is none. */
SPECGEN_API specgen_answer* specgen_answer_new(void);
SPECGEN_API void specgen_answer_free(specgen_answer* answer);

/* Makes one spec. SPECGEN_OK: `answer` holds the spec. SPECGEN_REFUSED,
 * SPECGEN_BAD_INPUT or SPECGEN_CRASHED: it holds stage, message and, for
 * SPECGEN_BAD_INPUT, the position. Anything else: it holds nothing. */
SPECGEN_API specgen_status specgen_generate(const specgen_generator* generator,
                                            const specgen_request* request,
                                            specgen_answer* answer);

/* What an answer holds; it lives until the answer is used for another request
 * or given back. `size`, if not NULL, becomes the length without the NUL. */
SPECGEN_API const char* specgen_answer_spec(const specgen_answer* answer,
                                            size_t* size);
SPECGEN_API const char* specgen_answer_message(const specgen_answer* answer,
                                               size_t* size);
/* "LINE:COL" in the plugin's JSON, both from 1, columns in bytes; or "". */
SPECGEN_API const char* specgen_answer_position(const specgen_answer* answer);
SPECGEN_API specgen_stage specgen_answer_stage(const specgen_answer* answer);

/* Of an engine that was not recorded: why its answer may be another. "": what
 * answers as this engine does was recorded. */
SPECGEN_API const char* specgen_answer_presumed(const specgen_answer* answer);

/* Directories that the engine makes on the host, in order; also those that it
 * makes before it refuses or crashes. NULL beyond the last. */
SPECGEN_API size_t specgen_answer_folder_count(const specgen_answer* answer);
SPECGEN_API const char* specgen_answer_folder(const specgen_answer* answer,
                                              size_t i, size_t* size,
                                              uint32_t* mode);

#ifdef __cplusplus
}
#endif

#endif /* SPECGEN_C_API_SPECGEN_C_H_ */
