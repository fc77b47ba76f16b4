package booking

import (
	"context"
	"slices"
)

// Membership reads a person's role in a club; for staff.
func (s *Service) Membership(ctx context.Context, actor Actor, club ClubID, id MemberID) (Membership, error) {
	if err := actor.mustBeStaff(); err != nil {
		return Membership{}, err
	}
	m, err := selectMembership(ctx, s.db, club, id)
	return m, translate(ctx, err)
}

// Member reads a person's role in a club; an unknown person is a guest.
func (s *Service) Member(ctx context.Context, club ClubID, id MemberID) (Role, error) {
	role, err := selectRole(ctx, s.db, club, id)
	return role, translate(ctx, err)
}

// Membership is a person's role in a club.
type Membership struct {
	Member  MemberID
	Role    Role
	Version int // counts changes; 0 if the role was never set
}

// Members lists the people whose role was set, by id, from the one after a given id on; for staff.
func (s *Service) Members(ctx context.Context, actor Actor, club ClubID, after MemberID, limit int) ([]Membership, error) {
	if err := actor.mustBeStaff(); err != nil {
		return nil, err
	}
	list, err := selectMembers(ctx, s.db, club, after, limit)
	return list, translate(ctx, err)
}

// Booked tells which of some people have a booking on a day from the first to the last one, in any club.
func (s *Service) Booked(ctx context.Context, people []MemberID, from, to Day) (map[MemberID]bool, error) {
	list, err := selectBooked(ctx, s.db, people, from, to)
	booked := map[MemberID]bool{}
	for _, id := range list {
		booked[id] = true
	}
	return booked, translate(ctx, err)
}

// SaveMember sets a person's role.
func (s *Service) SaveMember(ctx context.Context, actor Actor, club ClubID, id MemberID, role Role) error {
	if !slices.Contains([]Role{Guest, Player, Staff, Admin}, role) {
		return ErrRole
	}
	return s.configure(ctx, actor, club, "save_member", func(ctx context.Context, c *change) error {
		before, err := selectMembership(ctx, c.tx, club, id)
		if err == nil {
			err = c.checkSettingSeen(before.Version)
		}
		if err != nil {
			return err
		}
		c.changed = map[string]any{"member": id, "before": map[string]any{"role": before.Role}, "after": map[string]any{"role": role}}
		return saveRole(ctx, c.tx, club, id, role)
	})
}
