package envoy

import (
	"runtime"
	"syscall"
)

// attributes make Envoy end with azproc, however azproc ends, and keep the
// terminal's Ctrl-C from reaching it before azproc has drained it.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}

// lockForChild keeps the thread that starts Envoy alive: the kernel sends
// Pdeathsig when that thread ends, not the process (prctl(2)).
func lockForChild() func() {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
