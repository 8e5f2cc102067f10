"""One class per form of a credential: what the pipeline of `vc.verify` asks of each."""
