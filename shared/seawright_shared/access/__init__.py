"""Who may do what: API keys, service tokens and OIDC tokens become principals with scopes."""
