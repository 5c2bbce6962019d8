"""The diary's shapes into our nouns, and our nouns into its calls: values in, values out."""
