@echo off
rem Runs the segcheck of this folder. Needs no installation, no PATH and no administrator; writes nothing into this folder.
setlocal
if defined LOCALAPPDATA (
  "%~dp0python\python.exe" -X "pycache_prefix=%LOCALAPPDATA%\segcheck\pycache" -m segcheck %*
) else (
  "%~dp0python\python.exe" -B -m segcheck %*
)
exit /b %ERRORLEVEL%
