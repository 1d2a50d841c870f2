package dev.postern.server.store;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * With whom documents of the account are shared. Safe for use by many threads; each change is
 * checked and made in one transaction.
 */
public final class DocumentShares {
  /** Accounts that one document is shared with (AWS's quota). */
  public static final int ACCOUNTS_MAX = 1000;

  /** Documents that are shared with all accounts (AWS's quota). */
  public static final int PUBLIC_MAX = 5;

  private final Database database;

  DocumentShares(Database database) {
    this.database = database;
  }

  /**
   * Changes with whom a document is shared: DONE, NO_DOCUMENT, TOO_MANY_ACCOUNTS or
   * TOO_MANY_PUBLIC.
   *
   * @param add replaces what is said of the same accounts
   * @param remove account ids; they win over those to add
   */
  public DocumentOutcome change(
      String name, Collection<DocumentShare> add, Collection<String> remove) {
    return database.write(handle -> {
      int documents =
          handle
              .createQuery("select count(*) from document where name = :name")
              .bind("name", name)
              .mapTo(Integer.class)
              .one();
      if (documents == 0) {
        return DocumentOutcome.NO_DOCUMENT;
      }
      DocumentOutcome outcome = admit(handle, name, add, remove);
      if (outcome == DocumentOutcome.DONE) {
        remove.forEach(account -> delete(handle, name, account));
        add.stream()
            .filter(share -> !remove.contains(share.accountId()))
            .forEach(share -> put(handle, name, share));
      }
      return outcome;
    });
  }

  /** Looks before anything is written: what is refused changes nothing. */
  private static DocumentOutcome admit(
      Handle handle, String name, Collection<DocumentShare> add, Collection<String> remove) {
    List<String> before = list(handle, name).stream().map(DocumentShare::accountId).toList();
    List<String> added =
        add.stream()
            .map(DocumentShare::accountId)
            .filter(account -> !remove.contains(account) && !before.contains(account))
            .distinct()
            .toList();
    long kept = before.stream().filter(account -> !remove.contains(account)).count();
    if (kept + added.size() > ACCOUNTS_MAX) {
      return DocumentOutcome.TOO_MANY_ACCOUNTS;
    }
    return added.contains(DocumentShare.ALL) && publicDocuments(handle) >= PUBLIC_MAX
        ? DocumentOutcome.TOO_MANY_PUBLIC
        : DocumentOutcome.DONE;
  }

  private static int publicDocuments(Handle handle) {
    return handle
        .createQuery("select count(*) from document_share where account_id = :all")
        .bind("all", DocumentShare.ALL)
        .mapTo(Integer.class)
        .one();
  }

  private static void delete(Handle handle, String name, String account) {
    handle
        .createUpdate("delete from document_share where name = :name and account_id = :account")
        .bind("name", name)
        .bind("account", account)
        .execute();
  }

  private static void put(Handle handle, String name, DocumentShare share) {
    delete(handle, name, share.accountId());
    handle
        .createUpdate(
            """
            insert into document_share (name, account_id, shared_version)
            values (:name, :account, :version)
            """)
        .bind("name", name)
        .bind("account", share.accountId())
        .bind("version", share.version())
        .execute();
  }

  /** By account id; empty when there is no such document. */
  public Optional<List<DocumentShare>> of(String name) {
    return database.read(handle ->
        handle
            .createQuery("select name from document where name = :name")
            .bind("name", name)
            .mapTo(String.class)
            .findOne()
            .map(found -> list(handle, found)));
  }

  private static List<DocumentShare> list(Handle handle, String name) {
    return handle
        .createQuery(
            """
            select account_id, shared_version from document_share
            where name = :name order by account_id
            """)
        .bind("name", name)
        .map((row, context) ->
            new DocumentShare(row.getString("account_id"), row.getString("shared_version")))
        .list();
  }

  static boolean isShared(Handle handle, String name) {
    return !list(handle, name).isEmpty();
  }
}
