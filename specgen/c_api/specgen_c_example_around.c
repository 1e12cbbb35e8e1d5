/* The example of specgen_c.h with what it takes for granted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "specgen/c_api/specgen_c.h"

static void die(const char* why) {
  fprintf(stderr, "%s\n", why);
  exit(1);
}

int main(void) {
  const char* const text = "{\"entrypoint\": [\"/x\"]}";
  const size_t size = strlen(text);
  size_t n = 0;
  EXAMPLE
  return n > 0 ? 0 : 1;
}
