package filter

import "slices"

// People say before "movie" which kind of film they mean: 1917 war movie. Such a word may also belong to a title, so it is dropped only when nothing matches,
// and then only files whose title is the rest match.

// filmKinds are the words for kinds of films, and filmWords those that follow them.
//
//nolint:gochecknoglobals // tables, never written
var (
	filmKinds = wordSet("action", "adventure", "animated", "animation", "anime", "biography", "biopic", "bollywood", "cartoon", "classic", "comedy", "crime", "cult",
		"detective", "devotional", "disaster", "documentary", "drama", "family", "fantasy", "fiction", "gangster", "ghost", "heist", "historical", "history", "hollywood", "horror",
		"indian", "kids", "kollywood", "love", "magic", "martial", "monster", "musical", "mystery", "mythological", "mythology", "patriotic", "period", "political", "prison",
		"psychological", "revenge", "romance", "romantic", "sad", "science", "scifi", "short", "silent", "slasher", "south", "space", "sports", "sport", "spy", "story", "superhero",
		"supernatural", "survival", "suspense", "thriller", "tollywood", "true", "vampire", "war", "western", "zombie")
	filmWords = foldedSet("movie", "movies", "film", "films", "picture", "cinema", "फिल्म", "मूवी")
)

// withoutKind returns the query without "movie", the words for kinds of films before it, and the chat words before these. Only files whose title is the rest
// match. ok is false if there are no such words, or nothing else.
func (q query) withoutKind() (short query, ok bool) {
	end := slices.IndexFunc(q.terms, func(t string) bool { return filmWords[t] })
	from := end
	for from > 0 && filmKinds[q.terms[from-1]] {
		from--
	}
	if from <= 0 || from == end {
		return q, false
	}
	short = query{terms: slices.Concat(q.terms[:from], q.terms[end+1:]), wishes: q.wishes, unwanted: q.unwanted}
	short, _ = short.without(isChatWord)
	short.onlyTitle = true
	return short, slices.ContainsFunc(short.terms, func(t string) bool { return !isChatWord(t) && !articles[t] })
}
