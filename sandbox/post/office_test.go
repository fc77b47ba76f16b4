package post_test

import (
	"testing"

	"pavilion/sandbox/post"
)

// Close may be called before the server's goroutine runs.
func TestOffice_ClosesAtOnceAfterItOpened(t *testing.T) {
	t.Parallel()
	for range 200 {
		o, err := post.OpenOffice(nil, false)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
