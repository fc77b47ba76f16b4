package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// part is something that runs until its context ends.
type part struct {
	name string
	run  func(ctx context.Context) error
}

var (
	errEarly = errors.New("ended before it was told to")
	errLate  = errors.New("not stopped")
)

// runStages starts stages in order and stops them in reverse, each within drain, when ctx ends or a part ends by itself. The error names the parts
// that still run then; the process exits without them.
func runStages(ctx context.Context, drain time.Duration, stages ...[]part) (err error) {
	early := make(chan error, 1)
	for _, parts := range stages {
		// Not the caller's cancel: a stage goes on working until those behind it have stopped.
		sctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		ended := make([]chan struct{}, len(parts))
		for i, p := range parts {
			ended[i] = make(chan struct{})
			go func() {
				defer close(ended[i])
				if rerr := p.run(sctx); sctx.Err() == nil {
					select {
					case early <- fmt.Errorf("%s: %w", p.name, cmp.Or(rerr, errEarly)):
					default: // another part was first
					}
				}
			}()
		}
		defer func() { // the last stage stops first
			cancel()
			over, stop := context.WithTimeout(context.Background(), drain)
			defer stop()
			var late []string
			for i, p := range parts {
				select {
				case <-ended[i]:
				case <-over.Done():
					select {
					case <-ended[i]: // both: it did stop
					default:
						late = append(late, p.name)
					}
				}
			}
			if late != nil {
				err = errors.Join(err, fmt.Errorf("%w within %s: %s", errLate, drain, strings.Join(late, ", ")))
			}
		}()
	}
	select {
	case <-ctx.Done():
		return nil
	case err = <-early:
		return err
	}
}
