package dev.postern.server.service.iam;

import dev.postern.server.service.NextToken;
import dev.postern.server.store.Store;

/**
 * What the operations of this package are made of.
 *
 * @param arns of the one account
 * @param marker seals the places where lists go on
 */
record IamParts(IamArns arns, Store store, NextToken marker) {}
