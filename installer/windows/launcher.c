/* Starts the program inside its own process, so that Windows shows one program with its own name and
   icon. There is no console; what goes wrong before a window is there goes into a log and a box.

   Built with CONSOLE defined it is the command line, which has a console and shows no box. */
#define UNICODE
#define _UNICODE
#include <windows.h>
#include <shellapi.h>
#include <shlobj.h>
#include <stdio.h>
#include <wchar.h>

#ifdef CONSOLE
#define MODULE L"app"
#else
#define MODULE L"ui.start"
#endif
#define ROOM 32768
#define LARGEST_LOG (1 << 20)

typedef int (*python_main)(int, wchar_t **);
typedef int (__cdecl *crt_atexit)(void (__cdecl *)(void));
typedef FILE *(__cdecl *crt_stream)(unsigned);
typedef FILE *(__cdecl *crt_reopen)(const wchar_t *, const wchar_t *, FILE *);

static wchar_t folder[ROOM], log_path[ROOM];
static LONGLONG log_before;
static BOOL has_ended;

static void tell(const wchar_t *text)
{
#ifdef CONSOLE
    fwprintf(stderr, L"%ls\n", text);
#else
    MessageBoxW(NULL, text, L"Tenant Ferry", MB_OK | MB_ICONERROR | MB_SETFOREGROUND);
#endif
}

static int refuse(const wchar_t *what)
{
    wchar_t text[ROOM];
    DWORD error = GetLastError();
    _snwprintf(text, ROOM - 1,
               L"Tenant Ferry cannot start: %ls (Windows error %lu).\n\n"
               L"Install it again; your workbooks and journals stay as they are.", what, error);
    text[ROOM - 1] = 0;
    tell(text);
    return 101;
}

#ifndef CONSOLE
static LONGLONG log_size(void)
{
    WIN32_FILE_ATTRIBUTE_DATA found;
    if (!GetFileAttributesExW(log_path, GetFileExInfoStandard, &found))
        return 0;
    return ((LONGLONG)found.nFileSizeHigh << 32) | found.nFileSizeLow;
}

static void complain(void)
{
    wchar_t text[ROOM + 512];
    if (log_size() <= log_before) {
        tell(L"Tenant Ferry cannot start: its runtime stopped and did not say why.\n\n"
             L"Install it again; your workbooks and journals stay as they are.");
        return;
    }
    _snwprintf(text, ROOM + 511,
               L"Tenant Ferry stopped because of a fault.\n\n"
               L"What happened is written in\n%ls\n\n"
               L"Nothing is lost: the journal and your workbook are on the disk. Start the program "
               L"again. If it stops again, install it again; that file tells why.", log_path);
    text[ROOM + 511] = 0;
    tell(text);
}

/* The runtime ends the process by exit() when it cannot even begin. */
static void __cdecl at_exit_of_runtime(void)
{
    if (!has_ended)
        complain();
}

/* Somebody reads what is said, in a file or through a pipe. The device NUL reads nothing, and a
   program with windows has no console, whatever handle it was given. */
static BOOL has_output(void)
{
    HANDLE handle = GetStdHandle(STD_ERROR_HANDLE);
    DWORD kind;
    if (!handle || handle == INVALID_HANDLE_VALUE)
        return FALSE;
    kind = GetFileType(handle);
    return kind == FILE_TYPE_DISK || kind == FILE_TYPE_PIPE;
}

/* Python writes through the universal C runtime, which has its own idea of the standard streams. */
static void write_into_log(void)
{
    wchar_t *data = NULL;
    HMODULE crt = LoadLibraryExW(L"ucrtbase.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    crt_stream stream;
    crt_reopen reopen;
    crt_atexit at_exit;

    if (!crt || FAILED(SHGetKnownFolderPath(&FOLDERID_LocalAppData, 0, NULL, &data)))
        return;
    _snwprintf(log_path, ROOM - 1, L"%ls\\TenantFerry", data);
    CoTaskMemFree(data);
    CreateDirectoryW(log_path, NULL);
    wcsncat(log_path, L"\\start.log", ROOM - 1 - wcslen(log_path));
    if (log_size() > LARGEST_LOG)
        DeleteFileW(log_path);
    log_before = log_size();
    stream = (crt_stream)(void *)GetProcAddress(crt, "__acrt_iob_func");
    reopen = (crt_reopen)(void *)GetProcAddress(crt, "_wfreopen");
    at_exit = (crt_atexit)(void *)GetProcAddress(crt, "_crt_atexit");
    if (stream && reopen) {
        reopen(log_path, L"a", stream(1));
        reopen(log_path, L"a", stream(2));
    }
    if (at_exit)
        at_exit(at_exit_of_runtime);
}
#endif

static int start(void)
{
    wchar_t library[ROOM], *end, **given, **words;
    int count, used = 0, code;
    DWORD length = GetModuleFileNameW(NULL, folder, ROOM);
    HMODULE python;
    python_main run;

    if (!length || length >= ROOM || !(end = wcsrchr(folder, L'\\')))
        return refuse(L"its own folder was not found");
    *end = 0;
    /* No library is taken from the folder of a workbook that was double-clicked. */
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    _snwprintf(library, ROOM - 1, L"%ls\\runtime\\%ls", folder, RUNTIME);
    library[ROOM - 1] = 0;
#ifndef CONSOLE
    /* A child process tells its parent, and shows no box of its own. */
    if (!has_output() && !wcsstr(GetCommandLineW(), L" --run-module "))
        write_into_log();
#endif
    python = LoadLibraryExW(
        library, NULL, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    if (!python)
        return refuse(L"its runtime is missing or damaged");
    run = (python_main)(void *)GetProcAddress(python, "Py_Main");
    if (!run)
        return refuse(L"its runtime is another one");
    given = CommandLineToArgvW(GetCommandLineW(), &count);
    words = calloc(count + 12, sizeof *words);
    if (!given || !words)
        return refuse(L"there is no memory");
    words[used++] = given[0];
    words[used++] = L"-I";
    /* Byte code is there; nothing is written into the program's own folder, not even for scripts. */
    words[used++] = L"-B";
    words[used++] = L"-X";
    words[used++] = L"utf8";
    words[used++] = L"-X";
    words[used++] = L"installed";
    words[used++] = L"-m";
    words[used++] = MODULE;
    for (int at = 1; at < count; at++)
        words[used++] = given[at];
    code = run(used, words);
    has_ended = TRUE;
#ifndef CONSOLE
    if (code && log_path[0] && log_size() > log_before)
        complain();
#endif
    return code;
}

#ifdef CONSOLE
int wmain(void)
{
    return start();
}
#else
int WINAPI wWinMain(HINSTANCE self, HINSTANCE none, LPWSTR line, int show)
{
    return start();
}
#endif
