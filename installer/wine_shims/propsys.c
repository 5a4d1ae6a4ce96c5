/* For trials under Wine 8 only, never shipped: VariantToString, which Python's _wmi needs. Everything
   else goes on to Wine's own propsys (the .def is made while the trial is set up). */
#include <windows.h>
#include <oleauto.h>

HRESULT WINAPI VariantToString(const VARIANT *value, PWSTR text, UINT room)
{
    VARIANT as_text;
    HRESULT result;

    if (!text || !room)
        return E_INVALIDARG;
    text[0] = 0;
    VariantInit(&as_text);
    result = VariantChangeType(&as_text, (VARIANT *)value, 0, VT_BSTR);
    if (FAILED(result))
        return result;
    if (SysStringLen(V_BSTR(&as_text)) < room)
        lstrcpyW(text, V_BSTR(&as_text));
    else
        result = HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER);
    VariantClear(&as_text);
    return result;
}
