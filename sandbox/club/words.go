package club

// Word lists of the archive.
var (
	adjectives = []string{"Silent", "Golden", "Broken", "Hidden", "Last", "Crimson", "Electric", "Frozen", "Burning", "Distant", "Midnight", "Savage", "Gentle", "Hollow", "Iron", "Lucky", "Paper", "Velvet", "Wicked", "Wild", "Ancient", "Bitter", "Brave", "Bright", "Careless", "Clever", "Cold", "Curious", "Dark", "Deep", "Empty", "Endless", "Faded", "Fallen", "False", "Final", "First", "Foreign", "Grand", "Great"}
	nouns      = []string{"River", "Garden", "Empire", "Stranger", "Letter", "Harbour", "Monsoon", "Kingdom", "Mirror", "Shadow", "Voyage", "Witness", "Summer", "Winter", "Carnival", "Detective", "Orchard", "Engine", "Horizon", "Island", "Lantern", "Machine", "Matchmaker", "Mountain", "Ocean", "Painter", "Passenger", "Promise", "Railway", "Refuge", "Secret", "Signal", "Soldier", "Station", "Teacher", "Thief", "Thunder", "Tiger", "Village", "Wedding"}
	places     = []string{"Chennai", "Bombay", "Lahore", "Kandy", "Galle", "Nagpur", "Mohali", "Leeds", "Perth", "Hobart", "Durban", "Dhaka", "Sylhet", "Cardiff", "Bristol", "Kingston", "Bridgetown", "Napier", "Harare", "Sharjah"}
	syllables  = []string{"ka", "ri", "mo", "ta", "vel", "shan", "dra", "ni", "lo", "pur", "bra", "zen", "gar", "wi", "tho", "ell", "ma", "su", "ko", "dev", "ran", "jit", "pal", "har", "mit", "ash", "ok", "li", "ana", "vi"}

	resolutions = []string{"480p", "720p", "1080p", "1080p", "2160p"}
	sources     = []string{"BluRay", "WEB-DL", "WEBRip", "HDTV", "DVDRip", "HDRip"}
	codecs      = []string{"x264", "x265", "HEVC", "H.264", "AAC"}
	languages   = []string{"Hindi", "Tamil", "English", "Telugu", "French", "German", "Spanish", "Malayalam"}

	players  = []string{"MS Dhoni", "Virat Kohli", "Rohit Sharma", "Smriti Mandhana", "Joe Root", "Ben Stokes", "Babar Azam", "Kane Williamson", "Steve Smith", "Ellyse Perry", "Kumar Sangakkara", "Brian Lara", "Sachin Tendulkar", "Jasprit Bumrah", "Rashid Khan", "Shakib Al Hasan"}
	strokes  = []string{"Cover Drive", "Pull Shot", "Square Cut", "Reverse Sweep", "Straight Drive", "Late Cut", "Yorker", "Leg Break", "Googly", "Bouncer", "Inswinger"}
	lessons  = []string{"masterclass", "slow_motion", "drill", "analysis", "basics", "compilation"}
	teams    = []string{"Sri Lanka", "Australia", "England", "New Zealand", "South Africa", "Pakistan", "Riverside CC", "St Mary's CC", "Old Town XI", "Hillside"}
	squads   = []string{"Colts", "First XI", "Second XI", "Women's XI", "Under 15", "Veterans", "Academy"}
	papers   = []string{"Fixture list", "Scorebook", "Committee minutes", "Umpire notes", "Membership form", "Pitch report", "Training plan", "Kit order"}
	captions = []string{"Enjoy 🏏", "Good print", "Thanks to the second XI for recording", "With subtitles", "From last weekend", "HD, clear sound", "Watch the footwork", "Requested by members", "एक बार ज़रूर देखें", "Из архива клуба"}

	foreignTitles = []string{"Матрица", "Ирония судьбы", "Москва слезам не верит", "Сталкер", "आवारा", "शोले", "लगान", "मुग़ल-ए-आज़म", "நாயகன்", "தளபதி", "காதலன்", "বাঘিনী", "পথের পাঁচালী", "عمر المختار", "باب الحديد", "七人の侍", "千と千尋の神隠し", "霸王别姬", "臥虎藏龍", "기생충", "올드보이", "Ζορμπάς", "Amélie", "Pokémon", "Das Boot", "Der Himmel über Berlin", "La Haine", "El laberinto del fauno", "Y tu mamá también", "ബാഹുബലി", "చంద్రముఖి", "ಕಾಂತಾರ"}
)
