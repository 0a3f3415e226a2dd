"""Worker processes in a sandbox: files from strangers are opened nowhere else."""
