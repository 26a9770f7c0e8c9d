"""Who handed in what: the layouts of downloads, archives, rosters."""
