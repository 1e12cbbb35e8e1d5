/* Prints the spec of a plugin: example ENGINE HOST_FACTS CONFIG
 *
 * cc example.c -lspecgen */
#include <stdio.h>
#include <stdlib.h>

#include "specgen/c_api/specgen_c.h"

static char* read_file(const char* path, size_t* size) {
  static const size_t kMost = 1 << 20;
  FILE* file = fopen(path, "rb");
  char* text = malloc(kMost);
  if (file == NULL || text == NULL) {
    perror(path);
    exit(4);
  }
  *size = fread(text, 1, kMost, file);
  fclose(file);
  return text;
}

int main(int argc, char** argv) {
  if (argc != 4) return SPECGEN_USAGE;
  size_t host_size;
  char* host = read_file(argv[2], &host_size);
  specgen_generator* generator;
  specgen_status status =
      specgen_generator_new(argv[1], host, host_size, &generator);
  free(host);
  if (status != SPECGEN_OK) {
    fprintf(stderr, "%s\n", specgen_last_error());
    return status;
  }
  specgen_request request = {.struct_size = sizeof(request)};
  char* config = read_file(argv[3], &request.plugin_size);
  request.plugin = config;
  specgen_answer* answer = specgen_answer_new();
  status = specgen_generate(generator, &request, answer);
  if (status == SPECGEN_OK) {
    size_t size;
    const char* spec = specgen_answer_spec(answer, &size);
    fwrite(spec, 1, size, stdout);
  } else {
    fprintf(stderr, "%s: %s\n", argv[3], specgen_last_error());
  }
  specgen_answer_free(answer);
  specgen_generator_free(generator);
  free(config);
  return status;
}
