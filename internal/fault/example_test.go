package fault_test

import (
	"errors"
	"fmt"

	"pavilion/internal/fault"
)

var errSlotTaken = fault.New(fault.Conflict, "slot_taken")

// A domain package declares the error, and an edge answers by its kind.
func ExampleNew() {
	err := fmt.Errorf("hold net 4: %w", errSlotTaken)
	fmt.Println(errors.Is(err, errSlotTaken), fault.KindOf(err) == fault.Conflict, fault.CodeOf(err))
	fmt.Println(fault.KindOf(errors.New("dial tcp: refused")) == fault.Internal)
	// Output:
	// true true slot_taken
	// true
}
