package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"pavilion/internal/fault"
)

func TestKindOf_SurvivesWrapping(t *testing.T) {
	t.Parallel()
	errTaken := fault.New(fault.Conflict, "slot_taken")
	wrapped := fmt.Errorf("hold net 4: %w", errTaken)
	if got := fault.KindOf(wrapped); got != fault.Conflict {
		t.Errorf("kind = %v, want Conflict", got)
	}
	if got := fault.CodeOf(wrapped); got != "slot_taken" {
		t.Errorf("code = %q", got)
	}
	if !errors.Is(wrapped, errTaken) {
		t.Error("errors.Is lost the declared error")
	}
}

func TestKindOf_PlainErrorIsInternal(t *testing.T) {
	t.Parallel()
	err := errors.New("dial tcp: refused")
	if fault.KindOf(err) != fault.Internal || fault.CodeOf(err) != "internal" {
		t.Errorf("a plain error must be internal: %v %q", fault.KindOf(err), fault.CodeOf(err))
	}
}
