package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// part is something that runs until its context ends.
type part struct {
	name string
	run  func(ctx context.Context) error
}

var errEarly = errors.New("ended before it was told to")

// runStages starts stages in order and stops them in reverse, each within drain, when ctx ends or a part ends by itself.
func runStages(ctx context.Context, drain time.Duration, stages ...[]part) (err error) {
	early := make(chan error, 1)
	for i, parts := range stages {
		sctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		var running sync.WaitGroup
		for _, p := range parts {
			running.Go(func() {
				if rerr := p.run(sctx); sctx.Err() == nil {
					select {
					case early <- fmt.Errorf("%s: %w", p.name, cmp.Or(rerr, errEarly)):
					default: // another part was first
					}
				}
			})
		}
		defer func() { // the last stage stops first
			cancel()
			done := make(chan struct{})
			go func() {
				running.Wait()
				close(done)
			}()
			select {
			case <-done:
			case <-time.After(drain):
				err = errors.Join(err, fmt.Errorf("stage %d did not stop within %s", i+1, drain))
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
