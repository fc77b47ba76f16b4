package main

import (
	"fmt"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/club"
	"pavilion/sandbox/world"
)

// made is the number of random files in the archive. The named files are posted between them.
const made = 300

// fillArchive posts the club's older files before the channel is indexed, and returns their number.
func fillArchive(s *sandbox.Scene) (int, error) {
	var specs []world.FileSpec
	named := namedFiles()
	for i, f := range club.NewArchive(1877).Take(made) {
		specs = append(specs, sandbox.Spec(f))
		if i%8 == 7 && len(named) > 0 {
			specs, named = append(specs, named[0]), named[1:]
		}
	}
	specs = append(specs, named...)
	// Two posts a day until yesterday.
	day := time.Now().AddDate(0, 0, -len(specs)/2)
	for i := range specs {
		specs[i].Date = day.Add(time.Duration(i) * 12 * time.Hour)
	}
	_, err := s.Post(s.Channel, specs...)
	return len(specs), err
}

// namedFiles are the files that the transcript searches for.
func namedFiles() []world.FileSpec {
	video := func(name string, size int64, caption string) world.FileSpec {
		return world.FileSpec{Kind: world.FileVideo, Name: name, Size: size, Seconds: 1800, Caption: caption, Thumb: poster(name)}
	}
	files := []world.FileSpec{
		video("Virat_Kohli-Cover_Drive_masterclass[4K].mp4", 412<<20, "Watch the front foot"),
		video("आवारा (1951).mkv", 1400<<20, "एक बार ज़रूर देखें"),
		video("2026-06-12 Net Session - Colts.mp4", 96<<20, "Thanks to the second XI for recording"),
		video("MS Dhoni 183 vs Sri Lanka 2005 (Highlights) HD.mp4", 230<<20, ""),
		video("Spin-Wizards.Part.II.2019.480p.WEB-DL.mkv", 390<<20, ""),
		video("[Tours] Spin-Wizards Part II 2019 [Hin + Eng] 1080p.mkv", 1900<<20, ""),
		video("Spin-Wizards_Part_II_2019_720p.mp4", 820<<20, "Audio: Tamil"),
	}
	for season := 1; season <= 3; season++ {
		for episode := 1; episode <= 8; episode++ {
			resolution := []string{"720p", "1080p"}[episode%2]
			files = append(files, video(fmt.Sprintf("Village.Cricket.Diaries.S%02dE%02d.%s.WEB-DL.mkv", season, episode, resolution),
				int64(280+17*episode)<<20, fmt.Sprintf("Season %d, part %d of 8", season, episode)))
		}
	}
	return files
}
