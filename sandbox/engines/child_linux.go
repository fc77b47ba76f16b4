package engines

import (
	"os/exec"
	"runtime"
	"syscall"
)

// childAttr makes the kernel kill the child when its parent dies, even by a kill.
func childAttr(account *syscall.Credential) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Credential: account}
}

// runWithParent starts cmd, reports on started, and waits for its end on one locked thread: Linux sends the parent-death signal
// when the thread that forked ends, and the Go runtime ends idle threads.
func runWithParent(cmd *exec.Cmd, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := cmd.Start()
	started <- err
	if err == nil {
		_ = cmd.Wait() // its log has the reason
	}
}
