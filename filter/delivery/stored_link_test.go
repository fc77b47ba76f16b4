package delivery_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/delivery"
)

func storedLink(t *testing.T, s *delivery.StoredLinks, by filter.UserID, l delivery.LimitChange) delivery.StoredLink {
	t.Helper()
	made, err := s.Create(t.Context(), by, delivery.Target{Kind: delivery.TargetFile, Document: 1}, false, fmt.Sprintf("test/%d/%d", by, person()))
	if err != nil {
		t.Fatal(err)
	}
	limited, err := s.SetLimits(t.Context(), made.ID, by, l)
	if err != nil {
		t.Fatal(err)
	}
	return limited
}

func TestStoredLink_RacedByTwentyPeopleOpensAsOftenAsItAllows(t *testing.T) {
	t.Parallel()
	s, by := delivery.NewStoredLinks(database(t)), person()
	link := storedLink(t, s, by, delivery.LimitChange{MostPeople: new(5)})
	var opened, refused atomic.Int32
	var all sync.WaitGroup
	var guests []filter.UserID
	for range 20 {
		guests = append(guests, person())
	}
	for _, guest := range guests {
		all.Go(func() {
			switch _, err := s.Open(t.Context(), link.ID, guest, false); {
			case err == nil:
				opened.Add(1)
				if _, err := s.Open(t.Context(), link.ID, guest, false); err != nil {
					t.Errorf("the same person again: %v", err)
				}
			case errors.Is(err, delivery.ErrLinkUsedUp):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if opened.Load() != 5 || refused.Load() != 15 {
		t.Errorf("%d people opened it, %d were refused", opened.Load(), refused.Load())
	}
	if got, err := s.Read(t.Context(), link.ID); err != nil || got.People != 5 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestStoredLink_LimitsRefuseWithTheirOwnErrors(t *testing.T) {
	t.Parallel()
	s, by := delivery.NewStoredLinks(database(t)), person()
	premium := storedLink(t, s, by, delivery.LimitChange{PremiumOnly: new(true)})
	if _, err := s.Open(t.Context(), premium.ID, person(), false); !errors.Is(err, delivery.ErrLinkPremium) {
		t.Errorf("premium only: %v", err)
	}
	if _, err := s.Open(t.Context(), premium.ID, person(), true); err != nil {
		t.Errorf("a premium member: %v", err)
	}
	expired := storedLink(t, s, by, delivery.LimitChange{Lasts: new(time.Microsecond)})
	if _, err := s.Open(t.Context(), expired.ID, person(), false); !errors.Is(err, delivery.ErrLinkExpired) {
		t.Errorf("after its end: %v", err)
	}
	if _, err := s.SetLimits(t.Context(), expired.ID, by, delivery.LimitChange{Lasts: new(time.Hour)}); err != nil {
		t.Error(err)
	}
	if _, err := s.Open(t.Context(), expired.ID, person(), false); err != nil {
		t.Errorf("with a later end: %v", err)
	}
	if _, err := s.Open(t.Context(), 1<<62, person(), false); !errors.Is(err, delivery.ErrLinkRevoked) {
		t.Errorf("no such link: %v", err)
	}
	if _, err := s.SetLimits(t.Context(), premium.ID, by, delivery.LimitChange{MostPeople: new(-1)}); !errors.Is(err, delivery.ErrLinkLimits) {
		t.Errorf("limits out of bounds: %v", err)
	}
}

func TestStoredLink_IsRevokedByItsMakerOnly(t *testing.T) {
	t.Parallel()
	s, by := delivery.NewStoredLinks(database(t)), person()
	link := storedLink(t, s, by, delivery.LimitChange{})
	if err := s.Revoke(t.Context(), link.ID, person()); err != nil {
		t.Error(err)
	}
	if _, err := s.SetLimits(t.Context(), link.ID, person(), delivery.LimitChange{}); !errors.Is(err, delivery.ErrLinkRevoked) {
		t.Errorf("another person limits it: %v", err)
	}
	if _, err := s.Open(t.Context(), link.ID, person(), false); err != nil {
		t.Errorf("another person revoked it: %v", err)
	}
	for range 2 {
		if err := s.Revoke(t.Context(), link.ID, by); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Open(t.Context(), link.ID, person(), false); !errors.Is(err, delivery.ErrLinkRevoked) {
		t.Errorf("after its maker revoked it: %v", err)
	}
	if list, err := s.List(t.Context(), by, 0, 10); err != nil || len(list) != 0 {
		t.Errorf("the maker's links: %+v, %v", list, err)
	}
}

func TestStoredLink_OfOneOriginIsOne(t *testing.T) {
	t.Parallel()
	s, by := delivery.NewStoredLinks(database(t)), person()
	target := delivery.Target{Kind: delivery.TargetSearch, Query: "golden river"}
	first, err := s.Create(t.Context(), by, target, true, fmt.Sprint("origin/", by))
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Create(t.Context(), by, target, true, fmt.Sprint("origin/", by))
	if err != nil || again.ID != first.ID || again.Target != target || !again.Protect {
		t.Errorf("%+v, %v; want %+v", again, err, first)
	}
}
