package process

import "syscall"

// attr puts the child into a process group of its own and makes the kernel kill it when its parent dies, however that dies.
func attr(account *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL, Credential: account}
}
