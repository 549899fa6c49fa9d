#include "scanner.h"
alignas(scanner::Scanner) char instance[sizeof(scanner::Scanner)];
