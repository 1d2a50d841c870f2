/** Identity and Access Management: users, groups, roles, policies. */
@NullMarked
package dev.postern.server.service.iam;

import org.jspecify.annotations.NullMarked;
