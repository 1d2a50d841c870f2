package dev.postern.server.service.ssm;

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
        new SessionDocuments(store.documents()),
        store,
        bus,
        new StreamUrls(settings.publicUrl()),
        new SessionIds(random),
        nextToken,
        random,
        settings.documentCheck());
  }
}
