/** Exit code of a command line that makes no sense: EX_USAGE of sysexits.h. */
export const USAGE_EXIT_CODE = 64;
