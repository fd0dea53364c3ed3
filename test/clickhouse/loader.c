/*
 * Runs ClickHouse out of its library as a program: loader LIBRARY ARGUMENTS...
 * Ends when its parent does, so that no server is left behind.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL);
  void *(*query)(int, char **) = library ? (void *(*)(int, char **))dlsym(library, "query_stable_v2") : NULL;
  if (!query) {
    fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  argv[1] = "clickhouse";
  return query(argc - 1, argv + 1) ? 0 : 1;
}
