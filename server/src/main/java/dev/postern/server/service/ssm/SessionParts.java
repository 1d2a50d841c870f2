package dev.postern.server.service.ssm;

import dev.postern.server.access.PrincipalNames;
import dev.postern.server.access.RoleTrust;
import dev.postern.server.bus.Bus;
import dev.postern.server.service.Account;
import dev.postern.server.service.NextToken;
import dev.postern.server.store.Store;
import java.util.random.RandomGenerator;

/** What the operations of this package are made of. */
record SessionParts(
    Account account,
    SessionDocuments documents,
    Store store,
    RoleTrust trust,
    Bus bus,
    StreamUrls streamUrls,
    SessionIds ids,
    NextToken nextToken,
    RandomGenerator random,
    DocumentCheck documentCheck) {
  static SessionParts of(
      Account account,
      Store store,
      Bus bus,
      SystemsManager.Settings settings,
      NextToken nextToken,
      RandomGenerator random) {
    return new SessionParts(
        account,
        new SessionDocuments(account, store.documents()),
        store,
        new RoleTrust(store, new PrincipalNames(account.id(), account.region())),
        bus,
        new StreamUrls(settings.publicUrl()),
        new SessionIds(random),
        nextToken,
        random,
        settings.documentCheck());
  }
}
