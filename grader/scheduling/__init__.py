"""Who goes on, and when: the controller of traced threads, virtual time, and the strategies."""
