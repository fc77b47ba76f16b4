package phrase_test

import (
	"fmt"
	"time"

	"pavilion/internal/phrase"
)

// The same values are written in the way of each language.
func ExampleBook_In() {
	book, err := phrase.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, time.June, 6, 18, 30, 0, 0, time.UTC)
	for _, code := range []string{"en-GB", "hi"} {
		in := book.In(code)
		fmt.Println(in.Language(), in.Money(15_000_050, "INR"), in.Span(start, start.Add(time.Hour)))
	}
	// Output:
	// en ₹1,50,000.50 Sat 6 June, 18:30–19:30
	// hi ₹1,50,000.50 शनि 6 जून, 18:30–19:30
}
