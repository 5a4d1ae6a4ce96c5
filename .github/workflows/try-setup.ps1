# Installs a setup in silence, tries what it installed, installs over it and takes it away.
param([Parameter(Mandatory)][string]$Setup)
$ErrorActionPreference = "Stop"
$home_of_program = "$env:LOCALAPPDATA\Programs\Tenant Ferry"
$log = "$env:RUNNER_TEMP\setup.log"

function Install([string[]]$Switches) {
    $process = Start-Process $Setup (@("/S", "/LOG=$log") + $Switches) -Wait -PassThru
    Get-Content $log
    if ($process.ExitCode) { throw "The setup ended with $($process.ExitCode)." }
}

function Test-Program {
    $process = Start-Process "$home_of_program\TenantFerry.exe" "--self-test" -Wait -PassThru
    Get-Content "$env:LOCALAPPDATA\TenantFerry\self-test.log"
    if ($process.ExitCode) { throw "The self-test ended with $($process.ExitCode)." }
}

Install @()
Test-Program
$uninstall = "HKCU:\Software\Microsoft\Windows\CurrentVersion\Uninstall\TenantFerry"
Get-ItemProperty $uninstall | Format-List
$before = (Get-ItemProperty "HKCU:\Software\Classes\.xlsx" -ErrorAction SilentlyContinue)."(default)"
if ($before -like "TenantFerry*") { throw "The setup took the file type over." }

$window = Start-Process "$home_of_program\TenantFerry.exe" -PassThru
if (-not $window.WaitForInputIdle(60000)) { throw "The window did not come up." }
$refused = Start-Process $Setup @("/S", "/LOG=$log") -Wait -PassThru
if ($refused.ExitCode -ne 3) { throw "The setup did not refuse while the program runs." }
Install @("/CLOSE")
if (-not $window.HasExited) { throw "The setup did not close the program." }
Test-Program

# A fault before the window is told in a box and in a log; installing again repairs.
$start_log = "$env:LOCALAPPDATA\TenantFerry\start.log"
[IO.File]::WriteAllBytes("$home_of_program\program\ui\start.pyc", [byte[]](1..20))
$fault = Start-Process "$home_of_program\TenantFerry.exe" -PassThru
if ($fault.WaitForExit(15000)) { throw "The fault was not told in a box." }
if (-not (Get-Item $start_log).Length) { throw "The fault is not in the log." }
$fault.Kill()
$fault.WaitForExit()
Install @()
Test-Program

Start-Process "$home_of_program\uninstall.exe" "/S _?=$home_of_program" -Wait
Remove-Item "$home_of_program\uninstall.exe" -ErrorAction SilentlyContinue
$left = Get-ChildItem $home_of_program -Recurse -ErrorAction SilentlyContinue
if ($left) { $left; throw "The uninstaller left files." }
if (Test-Path $uninstall) { throw "The uninstaller left its entry." }
if (Test-Path "HKCU:\Software\Classes\TenantFerry.Workbook") { throw "A file type was left." }
