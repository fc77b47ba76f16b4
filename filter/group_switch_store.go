package filter

import (
	"context"
	"fmt"

	"pavilion/storage"
)

// switchesCollection holds the search switches of groups that releases before the settings in Postgres wrote to every pool.
const switchesCollection = "chats"

// groupSwitchDoc is one group's switch as every pool stores it.
//
//exhaustruct:enforce
type groupSwitchDoc struct {
	ID        int64 `bson:"_id"`
	SearchOff bool  `bson:"search_off,omitempty"`
	Version   int64 `bson:"v"`
}

func (d groupSwitchDoc) replicaID() any        { return d.ID }
func (d groupSwitchDoc) replicaVersion() int64 { return d.Version }

// GroupSwitch tells whether an older release had search switched off in a group.
type GroupSwitch struct {
	Group     ChatID
	SearchOff bool
	Version   int64 // a higher one is newer
}

// ReadGroupSwitches reads the switches that older releases stored in the pools. isComplete is false if a pool did not answer, which may hold a newer
// version. It fails if no pool answers.
func ReadGroupSwitches(ctx context.Context, pools *storage.Pools) (switches []GroupSwitch, isComplete bool, err error) {
	docs, isComplete, err := readReplicas[groupSwitchDoc](ctx, pools, switchesCollection)
	if err != nil {
		return nil, false, fmt.Errorf("switches of groups: %w", err)
	}
	for _, d := range docs {
		switches = append(switches, GroupSwitch{Group: ChatID(d.ID), SearchOff: d.SearchOff, Version: d.Version})
	}
	return switches, isComplete, nil
}
