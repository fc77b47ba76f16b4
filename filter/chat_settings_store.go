package filter

const chatsCollection = "chats"

// chatSetting is one group's settings as every pool stores them.
//
//exhaustruct:enforce
type chatSetting struct {
	ID        int64 `bson:"_id"`
	SearchOff bool  `bson:"search_off,omitempty"`
	Version   int64 `bson:"v"`
}

func (c chatSetting) replicaID() any        { return c.ID }
func (c chatSetting) replicaVersion() int64 { return c.Version }
