//! The ledger's leave for a final dot, asked for while the mail server is still being spoken with: the disk writes
//! while DATA is answered and the body crosses, so that the dot seldom waits for it.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use anyhow::Result;

/// The leave for one copy. It is asked for at the first [`Dotting::beside`], not before.
pub(super) struct Dotting<'f, F> {
    asked: Pin<&'f mut F>,
    answer: Option<Result<()>>,
}

impl<'f, F: Future<Output = Result<()>>> Dotting<'f, F> {
    pub(super) const fn new(asked: Pin<&'f mut F>) -> Self {
        Self { asked, answer: None }
    }

    /// Does something, and asks for the leave meanwhile.
    pub(super) async fn beside<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        std::future::poll_fn(|cx| {
            if self.answer.is_none()
                && let Poll::Ready(answer) = self.asked.as_mut().poll(cx)
            {
                self.answer = Some(answer);
            }
            work.as_mut().poll(cx)
        })
        .await
    }

    /// Waits for the leave; without it the dot stays here.
    pub(super) async fn given(self) -> Result<()> {
        match self.answer {
            Some(answer) => answer,
            None => self.asked.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Ready at its n-th poll.
    fn after(mut n_polls: usize, polled: &AtomicUsize) -> impl Future<Output = ()> {
        std::future::poll_fn(move |cx| {
            polled.fetch_add(1, Ordering::SeqCst);
            n_polls -= 1;
            cx.waker().wake_by_ref();
            if n_polls == 0 { Poll::Ready(()) } else { Poll::Pending }
        })
    }

    #[tokio::test]
    async fn leave_is_asked_for_beside_the_work_and_once_only() {
        let (n_asked, n_worked) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut asked = std::pin::pin!(async {
            after(2, &n_asked).await;
            Ok(())
        });
        let mut dotting = Dotting::new(asked.as_mut());
        assert_eq!(n_asked.load(Ordering::SeqCst), 0);
        dotting.beside(after(1, &n_worked)).await;
        dotting.beside(after(5, &n_worked)).await;
        assert_eq!((n_asked.load(Ordering::SeqCst), n_worked.load(Ordering::SeqCst)), (2, 6));
        assert!(dotting.given().await.is_ok());
    }
}
