//go:build !linux

package process

import "syscall"

// attr puts the child into a process group of its own.
func attr(account *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: account}
}
