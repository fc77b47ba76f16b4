package storage

import (
	"context"
	"errors"
	"maps"
	"slices"

	"pavilion/internal/fault"
)

// PoolMode says which writes an admin allows in a pool.
type PoolMode string

// The modes. Edits and deletions of the documents that a pool has reach it in every mode.
const (
	PoolNormal   PoolMode = "normal"
	PoolReadOnly PoolMode = "read_only" // gets no new documents
	PoolDraining PoolMode = "draining"  // gets no new documents, and its documents move to the other pools
)

// PoolModes are the modes of the pools by name, as a Setting stores them. A pool that is not listed is normal.
type PoolModes struct {
	Modes map[string]PoolMode `json:"modes"`
}

// Errors of a change of a pool's mode.
var (
	ErrPoolUnknown    = fault.New(fault.NotFound, "pool_unknown")
	ErrPoolMode       = fault.New(fault.Invalid, "pool_mode")
	ErrLastPool       = fault.New(fault.Conflict, "pool_last")
	ErrNoRoomForDrain = fault.New(fault.Conflict, "pool_no_room")
	errTooManyModes   = errors.New("more modes than pools")
	errModesFixed     = errors.New("the modes of these pools cannot be changed")
)

const maxPoolModes = 100

// Check refuses modes that do not exist.
func (m PoolModes) Check() error {
	if len(m.Modes) > maxPoolModes {
		return errTooManyModes
	}
	for _, mode := range m.Modes {
		if !slices.Contains([]PoolMode{PoolNormal, PoolReadOnly, PoolDraining}, mode) {
			return ErrPoolMode
		}
	}
	return nil
}

// PoolModesOptions are the options of the Setting of the modes, without the clock.
func PoolModesOptions() SettingOptions[PoolModes] {
	return SettingOptions[PoolModes]{Name: "pool_modes", Check: PoolModes.Check}
}

// Mode returns a pool's mode, at most as old as a Setting's value.
func (ps *Pools) Mode(ctx context.Context, p *Pool) PoolMode {
	if ps.modes == nil {
		return PoolNormal
	}
	if mode, listed := ps.modes.Get(ctx).Modes[p.Name()]; listed {
		return mode
	}
	return PoolNormal
}

// Draining returns the pools in use whose documents move to the others.
func (ps *Pools) Draining(ctx context.Context) []*Pool {
	return slices.DeleteFunc(ps.All(), func(p *Pool) bool { return ps.Mode(ctx, p) != PoolDraining })
}

// SetMode stores the mode that the person by wants for a pool. One pool must stay normal, and a pool is drained only if the normal ones have room for
// its documents.
func (ps *Pools) SetMode(ctx context.Context, by int64, name string, mode PoolMode) error {
	all := ps.All()
	at := slices.IndexFunc(all, func(p *Pool) bool { return p.Name() == name })
	switch {
	case ps.modes == nil:
		return errModesFixed
	case at < 0:
		return ErrPoolUnknown
	}
	for {
		stored, version, err := ps.modes.Read(ctx)
		if err != nil {
			return err
		}
		var room int64
		normal := 0
		for i, p := range all {
			if known, listed := stored.Modes[p.Name()]; i != at && (!listed || known == PoolNormal) {
				normal++
				room += max(0, p.freeBytes()-reservedBytes)
			}
		}
		state := all[at].State()
		switch {
		case mode != PoolNormal && normal == 0:
			return ErrLastPool
		case mode == PoolDraining && room < state.DataBytes+state.IndexBytes:
			return ErrNoRoomForDrain
		}
		modes := maps.Clone(stored.Modes)
		if modes == nil {
			modes = map[string]PoolMode{}
		}
		modes[name] = mode
		err = ps.modes.Change(ctx, version, by, PoolModes{modes})
		if !errors.Is(err, ErrSettingChanged) { // else another pool's mode was changed at the same time
			return err
		}
	}
}
