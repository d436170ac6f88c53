# Quotas of clients, relative to lib/engine.
set(RILL_QUOTA_SOURCES
  quota/client_quotas.cc
  quota/quota_entity.cc
  quota/quota_rate.cc
  quota/quota_use.cc)
