package engines

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"syscall"
)

// Servers listen below the ports that systems give to outgoing connections: 32768 and above on Linux. So a server that starts again finds its port
// free.
const (
	firstPort = 20000
	ports     = 32768 - firstPort
)

// listenOnFreePort listens on a port of this host that is not in use.
func listenOnFreePort(ctx context.Context) (net.Listener, error) {
	var lc net.ListenConfig
	for range ports {
		l, err := lc.Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", firstPort+rand.IntN(ports)))
		if !errors.Is(err, syscall.EADDRINUSE) {
			return l, err
		}
	}
	return nil, errPortTaken
}

// FreeAddr returns an address of this host for a server that may start again: its port is not in use, and no outgoing connection gets it.
func FreeAddr(ctx context.Context) (string, error) {
	port, err := freePort(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("127.0.0.1:%d", port), nil
}

// freePort returns a port that is not in use.
func freePort(ctx context.Context) (int, error) {
	l, err := listenOnFreePort(ctx)
	if err != nil {
		return 0, fmt.Errorf("free port: %w", err)
	}
	defer l.Close()                          //nolint:errcheck // nothing was accepted
	return l.Addr().(*net.TCPAddr).Port, nil //nolint:forcetypeassert // a TCP listener has a TCP address
}
