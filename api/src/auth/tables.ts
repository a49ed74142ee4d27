import type { BetterAuthOptions } from 'better-auth'

/**
 * Where better-auth's models live: schema `auth`, plural tables, snake_case columns.
 * Every field is mapped by hand because better-auth's `casing` option leaves column names as they are;
 * the drift test compares this map with the identity migration.
 */
const timestamps = { createdAt: 'created_at', updatedAt: 'updated_at' }

export const identityTables = {
  user: {
    modelName: 'users',
    fields: { emailVerified: 'email_verified', ...timestamps },
    additionalFields: {
      // Not settable by clients (`input: false`): only a database administrator or the seed grants it.
      platformAdmin: {
        type: 'boolean',
        fieldName: 'platform_admin',
        required: true,
        defaultValue: false,
        input: false,
      },
    },
  },
  session: {
    modelName: 'sessions',
    fields: {
      userId: 'user_id',
      expiresAt: 'expires_at',
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
      ...timestamps,
    },
  },
  account: {
    modelName: 'accounts',
    fields: {
      userId: 'user_id',
      accountId: 'account_id',
      providerId: 'provider_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      ...timestamps,
    },
  },
  verification: {
    modelName: 'verifications',
    fields: { expiresAt: 'expires_at', ...timestamps },
  },
} as const satisfies Pick<BetterAuthOptions, 'user' | 'session' | 'account' | 'verification'>

export const organizationTables = {
  organization: { modelName: 'organizations', fields: { createdAt: 'created_at' } },
  member: {
    modelName: 'members',
    fields: { organizationId: 'organization_id', userId: 'user_id', createdAt: 'created_at' },
  },
  invitation: {
    modelName: 'invitations',
    fields: {
      organizationId: 'organization_id',
      inviterId: 'inviter_id',
      expiresAt: 'expires_at',
      createdAt: 'created_at',
    },
  },
  session: { fields: { activeOrganizationId: 'active_organization_id' } },
}

export const signingKeyTables = {
  jwks: {
    modelName: 'jwks',
    fields: {
      publicKey: 'public_key',
      privateKey: 'private_key',
      createdAt: 'created_at',
      expiresAt: 'expires_at',
    },
  },
}

export const rateLimitTable = { modelName: 'rate_limits', fields: { lastRequest: 'last_request' } }
