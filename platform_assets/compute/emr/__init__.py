"""Jobs on Amazon EMR: one transient cluster a job, ended whatever happens."""
