@echo off
rem Runs the segcheck of this folder. Needs no installation, no PATH and no administrator; writes nothing into this folder.
rem No blocks in brackets: what is given to segcheck may hold brackets itself.
setlocal
if not defined LOCALAPPDATA goto uncached
"%~dp0python\python.exe" -X "pycache_prefix=%LOCALAPPDATA%\segcheck\pycache" -m segcheck %*
exit /b %ERRORLEVEL%
:uncached
"%~dp0python\python.exe" -B -m segcheck %*
exit /b %ERRORLEVEL%
