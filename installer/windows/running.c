/* Says whether a program of a folder runs, and closes it: `check FOLDER`, `close FOLDER SECONDS`.

   Windows are asked to close, as by their own button, so that the program writes what it has to
   write. What has no window (the practice tenants, a read under way) is ended when no window is left.
   The exit code is 0 when nothing runs from the folder, 1 when something does, 2 for wrong words. */
#define UNICODE
#define _UNICODE
#include <windows.h>
#include <shellapi.h>
#include <tlhelp32.h>
#include <stdlib.h>
#include <wchar.h>

#define ROOM 32768
#define PAUSE 200

typedef void (*visit)(DWORD process, void *more);

/* The uninstaller starts a copy of itself elsewhere, and may take a moment to end. */
static BOOL is_uninstaller(const wchar_t *path)
{
    const wchar_t *name = wcsrchr(path, L'\\');
    return name && !_wcsicmp(name, L"\\uninstall.exe");
}

static BOOL lies_in(DWORD process, const wchar_t *folder)
{
    wchar_t path[ROOM];
    DWORD length = ROOM;
    size_t root = wcslen(folder);
    HANDLE handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process);
    BOOL found;

    if (!handle)
        return FALSE;
    found = QueryFullProcessImageNameW(handle, 0, path, &length) && length > root
        && !_wcsnicmp(path, folder, root) && path[root] == L'\\' && !is_uninstaller(path);
    CloseHandle(handle);
    return found;
}

static int each(const wchar_t *folder, visit call, void *more)
{
    PROCESSENTRY32W entry = { sizeof entry };
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    int count = 0;

    if (all == INVALID_HANDLE_VALUE)
        return 0;
    for (BOOL is = Process32FirstW(all, &entry); is; is = Process32NextW(all, &entry))
        if (entry.th32ProcessID != GetCurrentProcessId() && lies_in(entry.th32ProcessID, folder)) {
            count++;
            if (call)
                call(entry.th32ProcessID, more);
        }
    CloseHandle(all);
    return count;
}

struct search { DWORD process; int windows; BOOL close; };

static BOOL CALLBACK look(HWND window, LPARAM more)
{
    struct search *search = (struct search *)more;
    DWORD owner = 0;
    GetWindowThreadProcessId(window, &owner);
    if (owner == search->process && IsWindowVisible(window)) {
        search->windows++;
        if (search->close && IsWindowEnabled(window))
            PostMessageW(window, WM_CLOSE, 0, 0);
    }
    return TRUE;
}

static void ask_to_close(DWORD process, void *windows)
{
    struct search search = { process, 0, TRUE };
    EnumWindows(look, (LPARAM)&search);
    *(int *)windows += search.windows;
}

static void count_windows(DWORD process, void *windows)
{
    struct search search = { process, 0, FALSE };
    EnumWindows(look, (LPARAM)&search);
    *(int *)windows += search.windows;
}

static void end(DWORD process, void *unused)
{
    HANDLE handle = OpenProcess(PROCESS_TERMINATE | SYNCHRONIZE, FALSE, process);
    if (handle) {
        TerminateProcess(handle, 1);
        WaitForSingleObject(handle, 5000);
        CloseHandle(handle);
    }
}

int WINAPI wWinMain(HINSTANCE self, HINSTANCE none, LPWSTR line, int show)
{
    int count, windows = 0;
    wchar_t **words = CommandLineToArgvW(GetCommandLineW(), &count);
    size_t length;
    ULONGLONG until, grace;

    if (!words || count < 3)
        return 2;
    length = wcslen(words[2]);
    while (length && words[2][length - 1] == L'\\')
        words[2][--length] = 0;
    if (!length)
        return 2;
    if (!_wcsicmp(words[1], L"check"))
        return each(words[2], NULL, NULL) ? 1 : 0;
    if (_wcsicmp(words[1], L"close") || count < 4)
        return 2;
    until = GetTickCount64() + 1000ull * _wtoi(words[3]);
    each(words[2], ask_to_close, &windows);
    do {
        Sleep(PAUSE);
        windows = 0;
        if (!each(words[2], count_windows, &windows))
            return 0;
    } while (windows && GetTickCount64() < until);
    if (windows)
        return 1; /* It asks its user something, or does not want to. */
    grace = GetTickCount64() + 6000; /* The last write after the window has gone. */
    while (each(words[2], NULL, NULL) && GetTickCount64() < grace)
        Sleep(PAUSE);
    each(words[2], end, NULL);
    return each(words[2], NULL, NULL) ? 1 : 0;
}
