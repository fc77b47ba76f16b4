package engines

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
)

// Servers listen below the ports that systems give to outgoing connections: 32768 and above on Linux. So a server that starts again finds its port
// free.
const (
	firstPort = 20000
	ports     = 32768 - firstPort
)

// FreeAddr returns an address of this host for a server that may start again. Until this process ends, no other call gets the address, in any process.
func FreeAddr() (string, error) {
	port, err := reservePort()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("127.0.0.1:%d", port), nil
}

// reservePort returns a port that nothing uses and keeps it for the servers that this process starts.
func reservePort() (int, error) {
	for range ports {
		port := firstPort + rand.IntN(ports)
		if err := bindOnly(port); !errors.Is(err, syscall.EADDRINUSE) {
			return port, err
		}
	}
	return 0, errPortTaken
}

// bindOnly binds a socket to a port and leaves it so, without listening, until this process ends. The bind fails where any other socket has the port.
// Afterwards it lets servers bind, because they set SO_REUSEADDR.
func bindOnly(port int) error {
	syscall.ForkLock.RLock()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return fmt.Errorf("reserve a port: %w", err)
	}
	if err = syscall.Bind(fd, &syscall.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err == nil {
		err = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	}
	if err != nil {
		return fmt.Errorf("reserve port %d: %w", port, errors.Join(err, syscall.Close(fd)))
	}
	return nil
}
