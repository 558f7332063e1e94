//go:build !linux

package envoy

import "syscall"

// attributes keep the terminal's Ctrl-C from reaching Envoy before azproc has
// drained it. Only Linux can tie a child's life to its parent's.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func lockForChild() func() { return func() {} }
