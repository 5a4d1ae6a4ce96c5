; The Windows installer. Who builds it defines VERSION, NUMBERS, PUBLISHER, COPYRIGHT, TREE, FILES,
; KILOBYTES, CLOSER, ICON, SIDE, TOP and OUT, and SIGN when it is to be signed.
;
; Switches: /S silent, /AllUsers for all users (administrator), /D=FOLDER (last), /LOG=FILE,
; /CLOSE close the program when it runs, /NODESKTOP, /NOOPENWITH, /DOWNGRADE.
; Exit codes: 0 done, 1 cancelled, 2 failed, 3 the program runs, 4 a newer version is installed,
; 5 administrator rights are missing, 6 this Windows is too old, 7 the folder is not ours.

Target amd64-unicode
Unicode true
ManifestDPIAware true
ManifestSupportedOS Win10
ManifestLongPathAware true
RequestExecutionLevel user
SetCompressor /SOLID /FINAL lzma
SetCompressorDictSize 64

!include MUI2.nsh
!include FileFunc.nsh
!include LogicLib.nsh
!include nsDialogs.nsh
!include WinVer.nsh
!include WordFunc.nsh
!include x64.nsh

!define APP "Tenant Ferry"
!define EXE "TenantFerry.exe"
!define CLI "tenant-ferry-cli.exe"
!define KEY "Software\TenantFerry"
!define ARP "Software\Microsoft\Windows\CurrentVersion\Uninstall\TenantFerry"
!define PATHS "Software\Microsoft\Windows\CurrentVersion\App Paths\${EXE}"
!define PROGID "TenantFerry.Workbook"
!define OPENER "Software\Classes\Applications\${EXE}"
!define CLOSE_SECONDS 60

Name "${APP}"
Caption "${APP} ${VERSION}"
BrandingText "${APP} ${VERSION}"
OutFile "${OUT}"
ShowInstDetails nevershow
ShowUninstDetails nevershow
VIProductVersion "${NUMBERS}"
VIFileVersion "${NUMBERS}"
VIAddVersionKey "ProductName" "${APP}"
VIAddVersionKey "CompanyName" "${PUBLISHER}"
VIAddVersionKey "FileDescription" "${APP} Setup"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "${COPYRIGHT}"
!ifdef SIGN
  !finalize '${SIGN} "%1"' = 0
  !uninstfinalize '${SIGN} "%1"' = 0
!endif

Var ForAll      ; 1: for all users of this computer
Var Found       ; the version that is installed already, or ""
Var Log         ; the file of the log, or ""
Var DesktopEntry     ; 1: an entry on the desktop
Var OpenWith    ; 1: an entry in "Open with"
Var MayClose    ; 1: close the program without a question
Var DeleteData  ; 1: the uninstaller takes the user's own data too
Var Control1
Var Control2
Var Control3
Var Control4

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_UNWELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_HEADERIMAGE
!define MUI_HEADERIMAGE_BITMAP "${TOP}"
!define MUI_HEADERIMAGE_RIGHT
!define MUI_ABORTWARNING
!define MUI_CUSTOMFUNCTION_ABORT OnCancel

!define MUI_WELCOMEPAGE_TITLE "${APP} ${VERSION}"
!define MUI_WELCOMEPAGE_TEXT "$Control1"
!define MUI_PAGE_CUSTOMFUNCTION_PRE WelcomeText
!insertmacro MUI_PAGE_WELCOME
Page custom ShowOptions TakeOptions
!define MUI_PAGE_CUSTOMFUNCTION_PRE SkipWhenFound
!define MUI_DIRECTORYPAGE_TEXT_TOP "${APP} will be installed in this folder. Your workbooks and journals are kept elsewhere."
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_TITLE "${APP} is ready"
!define MUI_FINISHPAGE_TEXT "You find it in the Start menu. To try everything without an account, open it and choose the practice tenants."
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_TEXT "Start ${APP} now"
!define MUI_FINISHPAGE_RUN_FUNCTION StartProgram
!insertmacro MUI_PAGE_FINISH

UninstPage custom un.ShowData un.TakeData
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; The log, as a line with the time

!macro LogFunctions un
Function ${un}WriteLog
  Exch $R0
  Push $R1
  Push $0
  Push $1
  Push $2
  Push $3
  Push $4
  Push $5
  Push $6
  ${If} $Log != ""
    ${GetTime} "" "LS" $0 $1 $2 $3 $4 $5 $6
    FileOpen $R1 "$Log" a
    ${IfNot} ${Errors}
      FileSeek $R1 0 END
      FileWriteUTF16LE /BOM $R1 "$2-$1-$0 $4:$5:$6 UTC  $R0$\r$\n"
      FileClose $R1
    ${EndIf}
    ClearErrors
  ${EndIf}
  Pop $6
  Pop $5
  Pop $4
  Pop $3
  Pop $2
  Pop $1
  Pop $0
  Pop $R1
  Pop $R0
FunctionEnd

; Ends with a sentence (below) and an exit code (on top), and changes nothing any more.
Function ${un}Refuse
  Exch $R0
  Exch
  Exch $R1
  Push "stopped with code $R0: $R1"
  Call ${un}WriteLog
  IfSilent +2
  MessageBox MB_OK|MB_ICONSTOP "$R1"
  SetErrorLevel $R0
  Quit
FunctionEnd

; Nothing of the program may run while its files are replaced or taken away.
Function ${un}CloseProgram
  SetOutPath "$PLUGINSDIR"
  File "/oname=running.exe" "${CLOSER}"
  again:
  ExecWait '"$PLUGINSDIR\running.exe" check "$INSTDIR"' $0
  ${If} $0 == 0
    Return
  ${EndIf}
  Push "the program runs"
  Call ${un}WriteLog
  ${If} $MayClose != 1
    ${If} ${Silent}
      Push "${APP} runs. Close it, or add the switch /CLOSE."
      Push 3
      Call ${un}Refuse
    ${EndIf}
    MessageBox MB_OKCANCEL|MB_ICONEXCLAMATION "${APP} is running. Shall it be closed now?$\r$\n$\r$\nIt writes the status into your workbook first. Moves that were started go on at the service, and a rehearsal goes on when you open it again." IDOK close
    Push "${APP} is running. Nothing was changed."
    Push 3
    Call ${un}Refuse
  ${EndIf}
  close:
  Push "closing it"
  Call ${un}WriteLog
  ExecWait '"$PLUGINSDIR\running.exe" close "$INSTDIR" ${CLOSE_SECONDS}' $0
  ${If} $0 == 0
    Return
  ${EndIf}
  ${If} ${Silent}
    Push "${APP} did not close. Nothing was changed."
    Push 3
    Call ${un}Refuse
  ${EndIf}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${APP} is still open. Perhaps it asks you something. Answer it, then try again." IDRETRY again
  Push "${APP} is running. Nothing was changed."
  Push 3
  Call ${un}Refuse
FunctionEnd

Function ${un}ForWhom
  SetRegView 64
  ${If} $ForAll == 1
    SetShellVarContext all
  ${Else}
    SetShellVarContext current
  ${EndIf}
FunctionEnd

; 1 on the stack when this process may change what belongs to all users.
Function ${un}IsAdmin
  UserInfo::GetAccountType
  Pop $R9
  ${If} $R9 == "Admin"
    Push 1
  ${Else}
    Push 0
  ${EndIf}
FunctionEnd
!macroend
!insertmacro LogFunctions ""
!insertmacro LogFunctions "un."

; A type is offered beside what opens it now, never in its place.
!macro OfferType TYPE
  WriteRegStr SHCTX "Software\Classes\${TYPE}\OpenWithProgids" "${PROGID}" ""
  WriteRegStr SHCTX "${OPENER}\SupportedTypes" "${TYPE}" ""
!macroend

; Only our own value goes, and the keys that then hold nothing at all.
!macro WithdrawType TYPE
  DeleteRegValue SHCTX "Software\Classes\${TYPE}\OpenWithProgids" "${PROGID}"
  !insertmacro DropEmptyKey "Software\Classes\${TYPE}\OpenWithProgids"
  !insertmacro DropEmptyKey "Software\Classes\${TYPE}"
!macroend

!macro DropEmptyKey PLACE
  ClearErrors
  EnumRegValue $0 SHCTX "${PLACE}" 0
  ${If} ${Errors}
    EnumRegKey $0 SHCTX "${PLACE}" 0
    ${If} $0 == ""
      DeleteRegKey /ifempty SHCTX "${PLACE}"
    ${EndIf}
  ${EndIf}
!macroend

; Installing

Function .onInit
  InitPluginsDir
  StrCpy $DesktopEntry 1
  StrCpy $OpenWith 1
  StrCpy $ForAll 0
  StrCpy $MayClose 0
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/LOG=" $Log
  ClearErrors
  ${GetOptions} $R0 "/NODESKTOP" $R1
  ${IfNot} ${Errors}
    StrCpy $DesktopEntry 0
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/NOOPENWITH" $R1
  ${IfNot} ${Errors}
    StrCpy $OpenWith 0
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/CLOSE" $R1
  ${IfNot} ${Errors}
    StrCpy $MayClose 1
  ${EndIf}
  Push "${APP} ${VERSION} setup: $R0"
  Call WriteLog
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    Push "${APP} needs Windows 10 or later with 64 bits."
    Push 6
    Call Refuse
  ${EndIf}
  System::Call 'kernel32::CreateMutexW(p 0, i 0, w "TenantFerrySetup") p .r1 ?e'
  Pop $0
  ${If} $0 = 183
    Push "The installer of ${APP} is open already."
    Push 2
    Call Refuse
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/AllUsers" $R1
  ${IfNot} ${Errors}
    StrCpy $ForAll 1
  ${EndIf}
  Call FindInstalled
  ${IfNot} ${Silent}
  ${AndIf} $ForAll == 0
  ${AndIf} $Found == ""
    StrCpy $ForAll 1
    Call FindInstalled
    ${If} $Found == ""
      StrCpy $ForAll 0
      Call ForWhom
    ${EndIf}
  ${EndIf}
  Call IsAdmin
  Pop $0
  ${If} $ForAll == 1
  ${AndIf} $0 == 0
    Call AskForAdmin
  ${EndIf}
  ${If} $INSTDIR == ""
    Call UsualFolder
  ${EndIf}
  Call CheckVersion
FunctionEnd

; The version that is there for these users, and its folder.
Function FindInstalled
  Call ForWhom
  ReadRegStr $Found SHCTX "${ARP}" "DisplayVersion"
  ${If} $Found != ""
  ${AndIf} $INSTDIR == ""
    ReadRegStr $INSTDIR SHCTX "${KEY}" "InstallDir"
  ${EndIf}
  ClearErrors
FunctionEnd

Function UsualFolder
  ${If} $ForAll == 1
    StrCpy $INSTDIR "$PROGRAMFILES64\${APP}"
  ${Else}
    StrCpy $INSTDIR "$LOCALAPPDATA\Programs\${APP}"
  ${EndIf}
FunctionEnd

Function AskForAdmin
  ${If} ${Silent}
    Push "Installing for all users needs administrator rights."
    Push 5
    Call Refuse
  ${EndIf}
  ClearErrors
  ExecShell "runas" "$EXEPATH" "/AllUsers"
  ${If} ${Errors}
    Push "Installing for all users needs administrator rights. Nothing was changed."
    Push 5
    Call Refuse
  ${EndIf}
  SetErrorLevel 0
  Quit
FunctionEnd

Function CheckVersion
  ${If} $Found == ""
    Return
  ${EndIf}
  Push "version $Found is installed in $INSTDIR"
  Call WriteLog
  ${VersionCompare} "$Found" "${VERSION}" $0
  ${If} $0 != 1
    Return
  ${EndIf}
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/DOWNGRADE" $R1
  ${IfNot} ${Errors}
    Return
  ${EndIf}
  ${IfNot} ${Silent}
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "${APP} $Found is installed, which is newer than this ${VERSION}.$\r$\n$\r$\nPut the older version in its place? It cannot open journals that the newer one wrote." IDYES older
  ${EndIf}
  Push "A newer version, $Found, is installed. Nothing was changed."
  Push 4
  Call Refuse
  older:
FunctionEnd

Function WelcomeText
  ${If} $Found == ""
    StrCpy $Control1 "Opens your mapping workbook, checks every row, starts and watches the OneDrive moves, and writes the status back into the same workbook.$\r$\n$\r$\nIt needs no other program and no administrator."
  ${ElseIf} $Found == "${VERSION}"
    StrCpy $Control1 "This version is installed already. It will be repaired: every file is put in its place again.$\r$\n$\r$\nYour settings, journals and workbooks stay as they are."
  ${Else}
    StrCpy $Control1 "Version $Found will be replaced by ${VERSION}.$\r$\n$\r$\nYour settings, journals and workbooks stay as they are."
  ${EndIf}
FunctionEnd

Function SkipWhenFound
  ${If} $Found != ""
    Abort
  ${EndIf}
FunctionEnd

Function ShowOptions
  Call SkipWhenFound
  !insertmacro MUI_HEADER_TEXT "For whom, and where it is found" "The usual choice is made already."
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateRadioButton} 0 4u 100% 12u "Only for &me (no administrator needed)"
  Pop $Control1
  ${NSD_CreateRadioButton} 0 20u 100% 12u "For &everybody who uses this computer (an administrator must allow it)"
  Pop $Control2
  ${NSD_CreateCheckBox} 0 46u 100% 12u "Entry on the &desktop"
  Pop $Control3
  ${NSD_CreateCheckBox} 0 62u 100% 12u "Offer $\"&Open with ${APP}$\" for .xlsx, .xlsm and .csv"
  Pop $Control4
  ${NSD_CreateLabel} 12u 76u 95% 18u "Excel stays what opens them with a double click."
  Pop $0
  ${If} $ForAll == 1
    ${NSD_Check} $Control2
  ${Else}
    ${NSD_Check} $Control1
  ${EndIf}
  ${NSD_SetState} $Control3 $DesktopEntry
  ${NSD_SetState} $Control4 $OpenWith
  nsDialogs::Show
FunctionEnd

Function TakeOptions
  ${NSD_GetState} $Control3 $DesktopEntry
  ${NSD_GetState} $Control4 $OpenWith
  ${NSD_GetState} $Control2 $0
  ${If} $0 == $ForAll
    Return
  ${EndIf}
  StrCpy $ForAll $0
  Call IsAdmin
  Pop $1
  ${If} $ForAll == 1
  ${AndIf} $1 == 0
    Call AskForAdmin
  ${EndIf}
  Call ForWhom
  Call UsualFolder
FunctionEnd

Function OnCancel
  Push "cancelled by the user"
  Call WriteLog
FunctionEnd

Function StartProgram
  ${If} $ForAll == 1
    ; Started by the desktop, the program has the user's rights and not the installer's.
    Exec '"$WINDIR\explorer.exe" "$INSTDIR\${EXE}"'
  ${Else}
    Exec '"$INSTDIR\${EXE}"'
  ${EndIf}
FunctionEnd

Section "-Program"
  Call ForWhom
  Push "installing into $INSTDIR"
  Call WriteLog
  ${IfNot} ${FileExists} "$INSTDIR\${EXE}"
    ${DirState} "$INSTDIR" $0
    ${If} $0 = 1
    ${AndIfNot} ${FileExists} "$INSTDIR\uninstall.exe"
      Push "The folder $INSTDIR holds other files. Choose an empty one."
      Push 7
      Call Refuse
    ${EndIf}
  ${EndIf}
  Call CloseProgram
  ; An earlier version had other files: a module of it would be found in the place of ours.
  RMDir /r "$INSTDIR\runtime"
  RMDir /r "$INSTDIR\lib"
  RMDir /r "$INSTDIR\program"
  RMDir /r "$INSTDIR\licences"
  Push "copying files"
  Call WriteLog
  ClearErrors
  SetOverwrite on
  !include "${FILES}"
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    Push "Not every file could be written into $INSTDIR. Check that there is room and that you may write there, then start this installer again."
    Push 2
    Call Refuse
  ${EndIf}
  CreateShortcut "$SMPROGRAMS\${APP}.lnk" "$INSTDIR\${EXE}" "" "$INSTDIR\${EXE}" 0 SW_SHOWNORMAL "" "${APP}"
  ${If} $DesktopEntry == 1
    CreateShortcut "$DESKTOP\${APP}.lnk" "$INSTDIR\${EXE}" "" "$INSTDIR\${EXE}" 0 SW_SHOWNORMAL "" "${APP}"
  ${EndIf}
  WriteRegStr SHCTX "${KEY}" "InstallDir" "$INSTDIR"
  WriteRegStr SHCTX "${PATHS}" "" "$INSTDIR\${EXE}"
  WriteRegStr SHCTX "${ARP}" "DisplayName" "${APP}"
  WriteRegStr SHCTX "${ARP}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${ARP}" "Publisher" "${PUBLISHER}"
  WriteRegStr SHCTX "${ARP}" "DisplayIcon" "$INSTDIR\${EXE},0"
  WriteRegStr SHCTX "${ARP}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${ARP}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${ARP}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${ARP}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD SHCTX "${ARP}" "NoModify" 1
  WriteRegDWORD SHCTX "${ARP}" "NoRepair" 1
  ${If} $OpenWith == 1
    !insertmacro OfferType ".xlsx"
    !insertmacro OfferType ".xlsm"
    !insertmacro OfferType ".csv"
    WriteRegStr SHCTX "Software\Classes\${PROGID}" "" "Mapping workbook"
    WriteRegStr SHCTX "Software\Classes\${PROGID}\DefaultIcon" "" "$INSTDIR\${EXE},0"
    WriteRegStr SHCTX "Software\Classes\${PROGID}\shell\open" "FriendlyAppName" "${APP}"
    WriteRegStr SHCTX "Software\Classes\${PROGID}\shell\open\command" "" '"$INSTDIR\${EXE}" "%1"'
    WriteRegStr SHCTX "${OPENER}" "FriendlyAppName" "${APP}"
    WriteRegStr SHCTX "${OPENER}\DefaultIcon" "" "$INSTDIR\${EXE},0"
    WriteRegStr SHCTX "${OPENER}\shell\open\command" "" '"$INSTDIR\${EXE}" "%1"'
    System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
  ${EndIf}
  Push "done"
  Call WriteLog
  SetErrorLevel 0
SectionEnd

; Uninstalling

Function un.onInit
  InitPluginsDir
  StrCpy $MayClose 0
  StrCpy $DeleteData 0
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/LOG=" $Log
  ClearErrors
  ${GetOptions} $R0 "/CLOSE" $R1
  ${IfNot} ${Errors}
    StrCpy $MayClose 1
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/DELETEDATA" $R1
  ${IfNot} ${Errors}
    StrCpy $DeleteData 1
  ${EndIf}
  Push "${APP} ${VERSION} uninstaller: $R0"
  Call un.WriteLog
  SetRegView 64
  StrCpy $ForAll 0
  ReadRegStr $0 HKLM "${KEY}" "InstallDir"
  ${If} $0 == $INSTDIR
    StrCpy $ForAll 1
    Call un.IsAdmin
    Pop $0
    ${If} $0 == 0
      ${IfNot} ${Silent}
        ClearErrors
        ExecShell "runas" "$INSTDIR\uninstall.exe"
        ${IfNot} ${Errors}
          SetErrorLevel 0
          Quit
        ${EndIf}
      ${EndIf}
      Push "Uninstalling for all users needs administrator rights."
      Push 5
      Call un.Refuse
    ${EndIf}
  ${EndIf}
  Call un.ForWhom
FunctionEnd

Function un.ShowData
  !insertmacro MUI_HEADER_TEXT "Uninstall ${APP}" "Your workbooks are never touched."
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 4u 100% 20u "${APP} will be taken from this computer:$\r$\n$INSTDIR"
  Pop $0
  ${NSD_CreateCheckBox} 0 36u 100% 12u "Also delete my &settings, journals and rehearsals"
  Pop $Control1
  SetShellVarContext current
  ${NSD_CreateLabel} 12u 50u 95% 36u "They are in $LOCALAPPDATA\TenantFerry. The journals are the proof of what was started, when and by whom. Keep them when you are not sure."
  Pop $0
  Call un.ForWhom
  GetDlgItem $0 $HWNDPARENT 1
  SendMessage $0 ${WM_SETTEXT} 0 "STR:&Uninstall"
  nsDialogs::Show
FunctionEnd

Function un.TakeData
  ${NSD_GetState} $Control1 $DeleteData
FunctionEnd

Section "Uninstall"
  Call un.CloseProgram
  Push "removing $INSTDIR"
  Call un.WriteLog
  SetOutPath "$TEMP"
  RMDir /r "$INSTDIR\runtime"
  RMDir /r "$INSTDIR\lib"
  RMDir /r "$INSTDIR\program"
  RMDir /r "$INSTDIR\licences"
  Delete "$INSTDIR\${EXE}"
  Delete "$INSTDIR\${CLI}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${APP}.lnk"
  Delete "$DESKTOP\${APP}.lnk"
  DeleteRegKey SHCTX "${ARP}"
  DeleteRegKey SHCTX "${PATHS}"
  DeleteRegKey SHCTX "${KEY}"
  DeleteRegKey SHCTX "${OPENER}"
  DeleteRegKey SHCTX "Software\Classes\${PROGID}"
  !insertmacro DropEmptyKey "Software\Classes\Applications"
  !insertmacro WithdrawType ".xlsx"
  !insertmacro WithdrawType ".xlsm"
  !insertmacro WithdrawType ".csv"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
  SetShellVarContext current
  Delete "$LOCALAPPDATA\TenantFerry\start.log"
  Delete "$LOCALAPPDATA\TenantFerry\self-test.log"
  Delete "$LOCALAPPDATA\TenantFerry\tenant-ferry.log"
  ${If} $DeleteData == 1
    Push "deleting the user's own data, as was asked for"
    Call un.WriteLog
    RMDir /r "$LOCALAPPDATA\TenantFerry"
  ${Else}
    RMDir "$LOCALAPPDATA\TenantFerry"
  ${EndIf}
  ${If} ${FileExists} "$INSTDIR\*.*"
    Push "left in place, because it is not ours: what is still in $INSTDIR"
    Call un.WriteLog
  ${EndIf}
  Push "done"
  Call un.WriteLog
  SetErrorLevel 0
SectionEnd
