"""Photos vetted on a Dask cluster: what crosses the wire, the coordinator's side, and the side of a Dask worker."""
