// Stripe's test payment methods, and what a charge of each comes to. Source   docs.stripe.com/testing

const declines = (code, decline_code, more = {}) => ({fails: {code, decline_code, ...more}});

export const cards = {
  pm_card_visa: {},
  pm_card_mastercard: {brand: 'mastercard', last4: '4444'},
  pm_card_amex: {brand: 'amex', last4: '0005'},
  pm_card_discover: {brand: 'discover', last4: '1117'},
  pm_card_unionpay: {brand: 'unionpay', last4: '0005'},
  pm_card_in: {last4: '0008', country: 'IN'},
  pm_card_visa_chargeDeclined: declines('card_declined', 'generic_decline'),
  pm_card_visa_chargeDeclinedInsufficientFunds: declines('card_declined', 'insufficient_funds'),
  pm_card_visa_chargeDeclinedLostCard: declines('card_declined', 'lost_card', {advice_code: 'do_not_try_again'}),
  pm_card_visa_chargeDeclinedStolenCard: declines('card_declined', 'stolen_card', {advice_code: 'do_not_try_again'}),
  pm_card_visa_chargeDeclinedVelocityLimitExceeded: declines('card_declined', 'card_velocity_exceeded'),
  pm_card_chargeDeclinedExpiredCard: declines('expired_card', 'expired_card'),
  pm_card_chargeDeclinedIncorrectCvc: declines('incorrect_cvc', 'incorrect_cvc'),
  pm_card_chargeDeclinedProcessingError: declines('processing_error', 'processing_error', {advice_code: 'try_again_later'}),
  pm_card_chargeCustomerFail: {...declines('card_declined', 'generic_decline'), attaches: true},
  pm_card_authenticationRequired: {authenticates: true},
  pm_card_authenticationRequiredOnSetup: {authenticates: 'until_set_up'},
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds:
    {authenticates: true, then: {code: 'card_declined', decline_code: 'insufficient_funds'}},
  pm_card_createDispute: {disputed: true},
  pm_card_pendingRefund: {refund: 'pending'},
  pm_card_refundFail: {refund: 'fails_later'},
  pm_card_radarBlock: {...declines('card_declined', 'fraudulent'), attaches: true, blocked: true},
};
