/* For trials under Wine 8 only, never shipped: Qt 6.10 and newer load Windows' own ICU, which Wine
   does not have. No converter can be opened, so Qt uses its own UTF-8 and UTF-16. */
typedef int UErrorCode;
#define FILE_ACCESS_ERROR 4
#define EXPORTED __declspec(dllexport)

EXPORTED void *ucnv_open(const char *name, UErrorCode *error) { *error = FILE_ACCESS_ERROR; return 0; }
EXPORTED const char *ucnv_getName(void *converter, UErrorCode *error) { *error = FILE_ACCESS_ERROR; return 0; }
EXPORTED signed char ucnv_getMaxCharSize(void *converter) { return 1; }
EXPORTED int ucnv_toUCountPending(void *converter, UErrorCode *error) { return 0; }
EXPORTED int ucnv_fromUCountPending(void *converter, UErrorCode *error) { return 0; }
EXPORTED const char *ucnv_getStandardName(const char *name, const char *standard, UErrorCode *error) { return 0; }
EXPORTED const char *ucnv_getAvailableName(int number) { return 0; }
EXPORTED int ucnv_countAvailable(void) { return 0; }

#define NEVER_CALLED(name) EXPORTED void name(void) {}
NEVER_CALLED(ucnv_close)
NEVER_CALLED(ucnv_reset)
NEVER_CALLED(ucnv_getToUCallBack)
NEVER_CALLED(ucnv_getFromUCallBack)
NEVER_CALLED(ucnv_setToUCallBack)
NEVER_CALLED(ucnv_setFromUCallBack)
NEVER_CALLED(ucnv_cbToUWriteUChars)
NEVER_CALLED(ucnv_cbFromUWriteUChars)
NEVER_CALLED(ucnv_toUnicode)
NEVER_CALLED(ucnv_fromUnicode)
NEVER_CALLED(UCNV_FROM_U_CALLBACK_SUBSTITUTE)
NEVER_CALLED(UCNV_TO_U_CALLBACK_SUBSTITUTE)
