package groups

// NewGroup makes a group whose filters have these words.
func NewGroup(words ...string) *Group {
	var list []filterWords
	for i, w := range words {
		list = append(list, filterWords{FilterID(i + 1), key(w)})
	}
	return &Group{Settings: Default(), own: newMatcher(1, list)}
}
