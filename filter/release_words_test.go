package filter_test

import "testing"

func TestSearch_OtherNamesOfSystemsAndOfCopiesFromCinemas(t *testing.T) {
	t.Parallel()
	ix := newIndex(t)
	ix.addChannel(t)
	ix.storeNames(t, "Win11_23H2_English_x64v2.iso", "Windows 7 Ultimate.iso", "Rear.Window.1954.mkv", "Lokah_2025_HDCAM_V2.mkv", "Lokah.2025.2160p.WEB-DL.mkv")
	for query, name := range map[string]string{
		"windows 11 iso": "Win11_23H2_English_x64v2.iso", "windows11 download": "Win11_23H2_English_x64v2.iso", "win 11": "Win11_23H2_English_x64v2.iso", "win7": "Windows 7 Ultimate.iso",
		"rear window": "Rear.Window.1954.mkv", "lokah cam print": "Lokah_2025_HDCAM_V2.mkv", "lokah camrip": "Lokah_2025_HDCAM_V2.mkv",
	} {
		if got := ix.foundNames(t, query); len(got) == 0 || got[0] != name {
			t.Errorf("%q finds %q, not %q", query, got, name)
		}
	}
}
