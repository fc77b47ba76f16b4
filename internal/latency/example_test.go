package latency_test

import (
	"fmt"
	"time"

	"pavilion/internal/latency"
)

// The clock is a parameter, so a test can move it.
func ExampleRecorder() {
	now := time.Unix(0, 0)
	recorder := latency.New(func() time.Time { return now })
	for range 99 {
		recorder.Observe("search", 10*time.Millisecond)
	}
	recorder.Observe("search", time.Second)
	for _, r := range recorder.Report() {
		fmt.Println(r.Operation, r.Count, r.P95.Round(time.Millisecond), r.Max.Round(10*time.Millisecond))
	}
	now = now.Add(latency.Window)
	fmt.Println(len(recorder.Report()))
	// Output:
	// search 100 10ms 1s
	// 0
}
